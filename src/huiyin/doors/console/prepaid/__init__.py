"""Prepayments: who has what in advance, and accounts with developer and owners."""
