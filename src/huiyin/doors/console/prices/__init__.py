"""Pages of the price list, the store, charge slips and the printed service sheet."""
