// Allocations of C++ that fail on purpose. The sanitizers watch the memory all the same: it is malloc's.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

inline size_t allocations_left = 0;  // until one fails; 0: none does

class Allocations {
 public:
  // The n-th one fails, and those after it do not; 0: none.
  explicit Allocations(size_t nth) : nth_(nth) { allocations_left = nth; }
  ~Allocations() { allocations_left = 0; }
  Allocations(const Allocations&) = delete;
  bool failed() const { return nth_ && !allocations_left; }

 private:
  size_t nth_;
};

void* operator new(size_t size, const std::nothrow_t&) noexcept {
  if (allocations_left && !--allocations_left) return nullptr;
  return malloc(size ? size : 1);
}
void* operator new(size_t size) {
  void* memory = operator new(size, std::nothrow);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory, const std::nothrow_t&) noexcept { free(memory); }
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t) noexcept { free(memory); }
