"""From Indonesian text to features: words, stems, near-duplicates."""
