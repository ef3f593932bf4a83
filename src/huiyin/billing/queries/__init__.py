"""Every read of charges, bills and balances, narrowed to who may see them, as plain rows."""
