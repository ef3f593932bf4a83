"""Old arrears and prepayments, brought in once from the workbook of the office (期初导入)."""
