"""Attribution drift: have the model's reasons changed?"""
