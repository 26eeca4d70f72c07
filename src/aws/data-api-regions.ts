/**
 * Regions without the Data API for Aurora PostgreSQL, though they have db.serverless. In the others it takes 17.4, 16.1,
 * 15.3, 14.8 and 13.11 or later, read in a copy of the page on 30 November 2026. The page may name a region since then;
 * whether each of the others has the interface endpoint `rds-data` in every zone is not known. Lists of endpoints, such as
 * botocore's, have the regions of Aurora Serverless v1 only.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.Aurora_Fea_Regions_DB-eng.Feature.Data_API.html
 */
export const regionsWithoutDataApi: ReadonlySet<string> = new Set([
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-4',
  'ap-southeast-6',
  'ca-west-1',
  'eu-central-2',
  'il-central-1',
  'mx-central-1',
]);
