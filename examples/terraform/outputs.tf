output "bucket" {
  description = "Where monitor documents, baselines, captures and reports are."
  value       = aws_cloudformation_stack.driftline.outputs["BucketName"]
}

output "operator_topic_arn" {
  description = "The topic of messages to operators."
  value       = aws_cloudformation_stack.driftline.outputs["OperatorTopicArn"]
}
