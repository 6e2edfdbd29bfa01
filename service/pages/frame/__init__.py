"""What all pages share: templates, session, formats, errors."""
