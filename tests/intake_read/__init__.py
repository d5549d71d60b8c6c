"""Reading a drop: screens, forms, bundles, and the child."""
