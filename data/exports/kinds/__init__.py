"""Kinds of file beside delimited text, workbooks and Parquet: web pages, SpreadsheetML, JSON documents and archives."""
