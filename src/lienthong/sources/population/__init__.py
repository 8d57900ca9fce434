"""Population: the national population database (Cơ sở dữ liệu quốc gia về dân cư), as holder or as reader."""
