"""How fast documents are issued, beside what an office would otherwise use. Nothing here is part of hongtou."""
