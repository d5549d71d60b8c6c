"""Revocation data fresh enough to keep: fetched from where the certificates themselves say (RFC 5280 CRL, RFC 6960 OCSP)."""

from __future__ import annotations

from collections.abc import Iterable

from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend

from pipeline.papers.longterm import Link, Revocation
from pipeline.papers.sign import settle
from pipeline.papers.verdict import Reason


def fetch_revocation(links: Iterable[Link], timeout: float = 10.0) -> tuple[Revocation, tuple[Reason, ...]]:
    """Lists and responses for certificates that name an address, and why some could not be had. Never raises for a dead server."""
    return settle(_fetch(tuple(links), timeout))


async def _fetch(links: tuple[Link, ...], timeout: float) -> tuple[Revocation, tuple[Reason, ...]]:
    crls: dict[bytes, None] = {}
    ocsps: dict[bytes, None] = {}
    troubles: list[Reason] = []
    async with AIOHttpFetcherBackend(per_request_timeout=timeout) as fetchers:
        for link in links:
            try:
                if link.certificate.ocsp_urls:
                    ocsps[(await fetchers.ocsp_fetcher.fetch(link.certificate, link.authority)).dump()] = None
                elif link.certificate.crl_distribution_points:
                    crls.update(dict.fromkeys(each.dump() for each in await fetchers.crl_fetcher.fetch(link.certificate)))
            except (CRLFetchError, OCSPFetchError, OSError, ValueError, TimeoutError) as error:
                troubles.append(Reason(f"“{link.name}”的吊销信息取不到（{error}）", f"no revocation data for {link.name} ({error})"))
    return Revocation(tuple(crls), tuple(ocsps)), tuple(troubles)
