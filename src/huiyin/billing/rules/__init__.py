"""The pure rules of billing: periods, spans of days, prices, and what a house is charged."""
