"""The version that answers now, its changes, and how it fares on today's complaints."""
