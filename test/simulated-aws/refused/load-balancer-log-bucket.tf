resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  count = 2

  vpc_id            = aws_vpc.this.id
  availability_zone = ["us-east-1a", "us-east-1b"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
}

resource "aws_s3_bucket" "logs" {
  bucket = "no-policy-logs"
}

resource "aws_lb" "alb" {
  name     = "no-log-delivery"
  internal = true
  subnets  = aws_subnet.private[*].id

  access_logs {
    enabled = true
    bucket  = aws_s3_bucket.logs.id
  }
}
