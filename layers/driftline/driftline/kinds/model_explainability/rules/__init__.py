"""The rules of attribution drift, without any store: files of Clarify, NDCG, the verdict."""
