"""The demonstration: a fresh office, people who drop forms, and where to look afterwards. Everybody in it is invented."""
