// A payload in BASE64 as the text that it is, in place: see domain/capture/payloads.py.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "envelope.hpp"
#include "json.hpp"

namespace driftline {

namespace base64 {

constexpr uint8_t NONE = 0xFF;

constexpr std::array<uint8_t, 256> values() {
  constexpr char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<uint8_t, 256> found{};
  found.fill(NONE);
  for (uint8_t i = 0; i < 64; ++i) found[static_cast<uint8_t>(ALPHABET[i])] = i;
  return found;
}

constexpr std::array<uint8_t, 256> VALUES = values();

// RFC 4648 with padding; false for anything else.
inline bool decode(json::Text& text) {
  if (text.size % 4) return false;
  size_t padding = 0;
  while (padding < 2 && text.size > padding && text.at[text.size - 1 - padding] == '=') ++padding;
  char* to = text.at;
  size_t digits = text.size - padding;
  uint32_t bits = 0;
  for (size_t i = 0; i < digits; ++i) {
    uint8_t value = VALUES[static_cast<uint8_t>(text.at[i])];
    if (value == NONE) return false;
    bits = bits << 6 | value;
    if (i % 4 == 3) *to++ = static_cast<char>(bits >> 16), *to++ = static_cast<char>(bits >> 8), *to++ = static_cast<char>(bits);
  }
  if (padding == 2) *to++ = static_cast<char>(bits >> 4);
  if (padding == 1) *to++ = static_cast<char>(bits >> 10), *to++ = static_cast<char>(bits >> 2);
  text = {text.at, static_cast<size_t>(to - text.at), true};
  return true;
}

// A content type without its parameters, in small letters.
inline std::string media_type(std::string_view type) {
  std::string found(type.substr(0, type.find(';')));
  auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!found.empty() && is_space(found.back())) found.pop_back();
  found.erase(found.begin(), std::find_if_not(found.begin(), found.end(), is_space));
  for (char& c : found) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return found;
}

inline bool is_any_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace base64

// Decodes a side and says what it is. False: its type and its first byte do not say, or it is no text.
inline bool decode_base64(Side& side) {
  std::string type = base64::media_type(side.type.view());
  if (!base64::decode(side.data) || !side.data.size) return false;
  if (!json::Reader(side.data.at, side.data.at + side.data.size).all_utf8()) return false;
  if (side.data.view().starts_with("\xEF\xBB\xBF")) return false;
  std::string_view family = std::string_view(type).substr(0, type.find('/'));
  if (base64::is_any_of(family, {"image", "audio", "video"})) return false;
  char first = side.data.at[0];
  if (base64::is_any_of(type, {"text/csv", "application/csv"})) {
    side.encoding = Encoding::CSV;
  } else if (first == '{' || first == '[' ||
             base64::is_any_of(type, {"application/json", "application/jsonlines", "application/x-jsonlines",
                                      "application/jsonl", "application/x-ndjson", "application/ndjson", "text/json"})) {
    side.encoding = Encoding::JSON;
  } else {
    return false;
  }
  return true;
}

}  // namespace driftline
