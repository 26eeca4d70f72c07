CREATE TABLE IF NOT EXISTS positions (
  owner text NOT NULL,
  symbol text NOT NULL,
  quantity numeric(20, 0) NOT NULL,
  average_price numeric(20, 8) NOT NULL,
  PRIMARY KEY (owner, symbol)
);
