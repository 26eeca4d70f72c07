aws_region = "ap-southeast-1"
