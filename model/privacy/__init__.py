"""Mask personal data in a complaint, before it is stored, shown or learned."""
