"""What is known of inferences from elsewhere, such as protected attributes that are not sent to the model."""
