"""What the rules say: packs, forms, lifecycle, conditions, clocks. Pure; reads YAML once and nothing else."""
