"""What `doctor` sees of the devices that hold seals' keys: whether each is there, and when its certificate ends. Needs no PIN."""

from __future__ import annotations

import os

from pipeline.desk.ailments import Check, failed, not_run
from pipeline.errors import HongtouError
from pipeline.office import Office
from pipeline.papers.pki import Expiry
from pipeline.papers.sealbook import REGISTER, read_register
from pipeline.papers.signers import device_expiry
from pipeline.papers.tokens import TokenPlace


def look_at_devices(office: Office) -> tuple[list[Expiry], list[Check]]:
    """The certificates in the devices the register of seals names, and what is wrong with devices. Retired seals are passed over.

    Raises SettingsError when the register cannot be read.
    """
    found: list[Expiry] = []
    wrong: list[Check] = []
    for seal in read_register(office.keys / REGISTER):
        if "pkcs11" not in seal.key or seal.retired_on:
            continue
        key, name = f"device.{seal.id}", (f"{seal.name}的密码设备", f"device of seal {seal.id}")
        try:
            place = TokenPlace.of(seal.key["pkcs11"])
            expiry = device_expiry(seal.key)
        except HongtouError as fault:
            repair = ("插好设备；核对 seals.yaml 中的 module、token、label（见 docs/install.md）", "plug it in; look at module, token and label in seals.yaml, see docs/install.md")
            wrong.append(failed(key, name, (fault.zh, fault.en), repair))
            continue
        if expiry is not None:
            found.append(expiry)
        if not os.environ.get(place.pin_variable):
            told = (f"设备在，但本次运行的环境里没有 {place.pin_variable}", f"it is there, but {place.pin_variable} is not set where this runs")
            wrong.append(not_run(key, name, told, (f"在 watch 的环境里设置 {place.pin_variable}", f"set {place.pin_variable} where the watch runs")))
    return found, wrong
