resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  count = 3

  vpc_id            = aws_vpc.this.id
  availability_zone = ["us-east-1a", "us-east-1b", "us-east-1b"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
}

resource "aws_lb" "alb" {
  name     = "twice-one-zone"
  internal = true
  subnets  = aws_subnet.private[*].id
}
