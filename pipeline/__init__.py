"""hongtou: official documents on a shared folder."""
