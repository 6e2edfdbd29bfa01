"""The office's own knowledge: units, categories, rules, and place names."""
