"""`python -m pipeline.papers.forms [schemas] [forms]`: write the blank forms of all packs anew, after a change of the law."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.law.pack import load_packs
from pipeline.papers.forms import write_fill_forms

if __name__ == "__main__":
    given = sys.argv[1:]
    schemas, forms = (*given, *("schemas", "forms")[len(given) :])[:2]
    for path in write_fill_forms(load_packs(Path(schemas)), Path(forms)):
        sys.stdout.write(f"{path}\n")
