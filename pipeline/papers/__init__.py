"""A decision becomes paper: forms to fill in, templates filled, pages converted, stamped, sealed, signed, verified."""
