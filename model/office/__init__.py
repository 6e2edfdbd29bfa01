"""What the office maintains itself: units, categories, rules, and the names in its region."""
