"""The books: entries, trial balance, locking, vouchers for a finance system."""
