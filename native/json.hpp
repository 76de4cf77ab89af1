// A strict reader of JSON (RFC 8259) in memory that it may write to: strings are unescaped in place.
//
// It says false where anything is out of the ordinary. Then a reader for everything has a look, so nothing that another
// reader might reject is ever accepted: numbers are of JSON's grammar, strings are UTF-8, nesting has a limit, and what
// follows from a lone surrogate or a NUL is left to others.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "lanes.hpp"
#include "number.hpp"

namespace driftline::json {

constexpr int MOST_DEPTH = 64;

// A number that is a double and a whole number of 64 bits without further questions.
constexpr size_t PLAIN_NUMBER = 18;

struct Text {
  char* at = nullptr;
  size_t size = 0;
  bool escaped = false;  // it may have what strings cannot have as it is
  std::string_view view() const { return {at, size}; }
};

class Reader {
 public:
  // At least lanes::WIDTH bytes after `end` may be read.
  Reader(char* from, char* end) : p_(from), end_(end) {}

  char* at() const { return p_; }

  // Behind white space; false at the end.
  bool more() {
    while (p_ < end_ && (*p_ == ' ' || *p_ == '\t' || *p_ == '\r' || *p_ == '\n')) ++p_;
    return p_ < end_;
  }

  char peek() { return more() ? *p_ : '\0'; }

  bool is(char wanted) {
    if (p_ < end_ && *p_ == wanted) return ++p_, true;
    return more() && *p_ == wanted && (++p_, true);
  }

  bool string(Text& text) { return is('"') && rest_of_string(text); }

  bool word(std::string_view wanted) {
    if (static_cast<size_t>(end_ - p_) < wanted.size() || memcmp(p_, wanted.data(), wanted.size())) return false;
    return p_ += wanted.size(), true;
  }

  // The characters of a number, which begins here. whole: without fraction and exponent.
  bool number(std::string_view& text, bool& whole) {
    const char* start = p_;
    whole = true;
    if (p_ < end_ && *p_ == '-') ++p_;
    if (p_ < end_ && *p_ == '0') ++p_;
    else if (!digits()) return false;
    if (p_ < end_ && *p_ == '.') {
      whole = false, ++p_;
      if (!digits()) return false;
    }
    if (p_ < end_ && (*p_ == 'e' || *p_ == 'E')) {
      whole = false, ++p_;
      if (p_ < end_ && (*p_ == '-' || *p_ == '+')) ++p_;
      if (!digits()) return false;
    }
    text = {start, static_cast<size_t>(p_ - start)};
    return true;
  }

  // The members of an object, behind its brace: calls `of(key)` with the reader at each value.
  template <class Of> bool members(Of&& of) {
    if (is('}')) return true;
    do {
      Text key;
      if (!string(key) || !is(':') || !of(key.view())) return false;
    } while (is(','));
    return is('}');
  }

  // The items of a list, behind its bracket.
  template <class Of> bool items(Of&& of) {
    if (is(']')) return true;
    do {
      if (!of()) return false;
    } while (is(','));
    return is(']');
  }

  // Whether all of it is UTF-8.
  bool all_utf8() {
    while (p_ < end_) {
      if (static_cast<unsigned char>(*p_) < 0x80) ++p_;
      else if (!utf8()) return false;
    }
    return true;
  }

  // Any value, thrown away.
  bool skip(int depth = 0) {
    if (depth > MOST_DEPTH) return false;
    switch (peek()) {
      case '"': {
        Text text;
        return string(text);
      }
      case '{': return ++p_, members([&](std::string_view) { return skip(depth + 1); });
      case '[': return ++p_, items([&] { return skip(depth + 1); });
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: {
        std::string_view text;
        bool whole;
        return number(text, whole) && text.size() <= PLAIN_NUMBER && text.find_first_of("eE") == text.npos;
      }
    }
  }

 private:
  bool digits() {
    const char* start = p_;
    while (p_ < end_ && is_digit(*p_)) ++p_;
    return p_ > start;
  }

  bool rest_of_string(Text& text) {
    char* start = p_;
    char* to = nullptr;  // where the next bytes go once something was unescaped
    for (;;) {
      char* from = p_;
      if (!find_special()) return false;
      if (to) to = moved(to, from, p_);
      auto byte = static_cast<unsigned char>(*p_);
      if (byte == '"') {
        text = {start, static_cast<size_t>((to ? to : p_) - start), to != nullptr};
        return ++p_, true;
      }
      if (byte == '\\') {
        if (!to) to = p_;
        if (!unescape(to)) return false;
        continue;
      }
      if (byte < 0x80) return false;  // a control character
      from = p_;
      if (!utf8()) return false;
      if (to) to = moved(to, from, p_);
    }
  }

  static char* moved(char* to, const char* from, const char* end) {
    memmove(to, from, static_cast<size_t>(end - from));
    return to + (end - from);
  }

  bool find_special() {
    char *p = p_, *const end = end_;  // what `p_` points to may be `p_` itself, for all that a compiler knows
    uint32_t found = 0;
    while (p < end && !(found = lanes::special(p))) p += lanes::WIDTH;
    p_ = found ? p + std::countr_zero(found) : p;
    return found && p_ < end;
  }

  // A character of several bytes (RFC 3629): no surrogates, nothing overlong, nothing beyond U+10FFFF.
  bool utf8() {
    auto byte = [&](int i) { return p_ + i < end_ ? static_cast<unsigned char>(p_[i]) : 0u; };
    auto follows = [&](int i) { return (byte(i) & 0xC0) == 0x80; };
    unsigned first = byte(0);
    int size = first >= 0xC2 && first <= 0xDF ? 2 : first >= 0xE0 && first <= 0xEF ? 3 : first >= 0xF0 && first <= 0xF4 ? 4 : 0;
    if (!size) return false;
    for (int i = 1; i < size; ++i) {
      if (!follows(i)) return false;
    }
    unsigned second = byte(1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
        (first == 0xF4 && second > 0x8F)) {
      return false;
    }
    return p_ += size, true;
  }

  bool hex(uint32_t& unit) {
    if (end_ - p_ < 4) return false;
    unit = 0;
    for (int i = 0; i < 4; ++i) {
      char c = *p_++;
      char lower = static_cast<char>(c | 0x20);
      if (is_digit(c)) unit = unit * 16 + static_cast<uint32_t>(c - '0');
      else if (lower >= 'a' && lower <= 'f') unit = unit * 16 + static_cast<uint32_t>(lower - 'a' + 10);
      else return false;
    }
    return true;
  }

  // The escape that begins here, written to `to`: never longer than it was.
  bool unescape(char*& to) {
    ++p_;
    if (p_ >= end_) return false;
    switch (*p_++) {
      case '"': *to++ = '"'; return true;
      case '\\': *to++ = '\\'; return true;
      case '/': *to++ = '/'; return true;
      case 'b': *to++ = '\b'; return true;
      case 'f': *to++ = '\f'; return true;
      case 'n': *to++ = '\n'; return true;
      case 'r': *to++ = '\r'; return true;
      case 't': *to++ = '\t'; return true;
      case 'u': return unescape_unicode(to);
      default: return false;
    }
  }

  bool unescape_unicode(char*& to) {
    uint32_t point;
    if (!hex(point) || !point || (point >= 0xDC00 && point <= 0xDFFF)) return false;
    if (point >= 0xD800 && point <= 0xDBFF) {
      uint32_t low;
      if (!word("\\u") || !hex(low) || low < 0xDC00 || low > 0xDFFF) return false;
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    auto put = [&](uint32_t byte) { *to++ = static_cast<char>(byte); };
    auto tail = [&](int shift) { put(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) put(point);
    else if (point < 0x800) put(0xC0 | point >> 6), tail(0);
    else if (point < 0x10000) put(0xE0 | point >> 12), tail(6), tail(0);
    else put(0xF0 | point >> 18), tail(12), tail(6), tail(0);
    return true;
  }

  char *p_, *end_;
};

}  // namespace driftline::json
