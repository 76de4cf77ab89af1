"""Attribution drift: does the model still have the same reasons?"""
