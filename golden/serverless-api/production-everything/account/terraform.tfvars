aws_region = "eu-south-1"
