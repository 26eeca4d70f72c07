-- The user that the application logs in as. It has no password: the plugin lets in whom IAM allows to connect as "app".
-- What is here can be run again.
CREATE USER IF NOT EXISTS app IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL;

-- It works with the rows of the database that scripts/sql.sh connects to, and neither creates nor drops a table.
-- In the name of a database, "_" would stand for any character.
SET @statement = CONCAT('GRANT SELECT, INSERT, UPDATE, DELETE ON `', REPLACE(DATABASE(), '_', '\\_'), '`.* TO app');
PREPARE allow FROM @statement;
EXECUTE allow;
DEALLOCATE PREPARE allow;
