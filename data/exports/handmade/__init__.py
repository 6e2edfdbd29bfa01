"""What people do to tables by hand: merged and hidden cells, formulas, closing rows; and what reading makes of it."""
