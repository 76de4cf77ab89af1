// A small fuzzer for machines without clang, whose libFuzzer does this better: inputs that reach new code are kept, and
// changed further. It is built with -fsanitize-coverage=trace-pc, which GCC has.
//
//   fuzz SECONDS SEED FOUND CORPUS [TOKENS]     seconds of CPU; inputs that fail are written to the folder FOUND
//   fuzz FILE ...                               runs inputs again
#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" void __sanitizer_set_death_callback(void (*callback)());

namespace {

constexpr size_t MOST_BYTES = 1 << 14, MAP = 1 << 16;
constexpr unsigned HANGS_SECONDS = 30;

uint8_t counts[MAP];
uintptr_t before;
std::string current, found;
std::mt19937_64 drawn;

size_t below(size_t n) { return n ? drawn() % n : 0; }

void save() {
  std::string path = found + "/" + std::to_string(std::hash<std::string>()(current)) + ".input";
  std::ofstream(path, std::ios::binary) << current;
  fprintf(stderr, "\nThe input is %s\n", path.c_str());
}

void hang(int) {
  fprintf(stderr, "\nAn input of %zu bytes takes more than %u seconds", current.size(), HANGS_SECONDS);
  save();
  _exit(3);
}

// Whether it reached something new: a step from one place to the next, so many times (in powers of two).
bool is_new(std::vector<uint8_t>& seen) {
  bool any = false;
  for (size_t i = 0; i < MAP; ++i) {
    if (!counts[i]) continue;
    uint8_t bit = static_cast<uint8_t>(1 << (31 - __builtin_clz(static_cast<unsigned>(counts[i]))));
    any = any || !(seen[i] & bit);
    seen[i] |= bit;
  }
  return any;
}

void run(const std::string& input) {
  current = input;
  memset(counts, 0, sizeof counts);
  before = 0;
  alarm(HANGS_SECONDS);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(current.data()), current.size());
}

std::string changed(std::string input, const std::vector<std::string>& corpus, const std::vector<std::string>& tokens) {
  static const char edges[] = {0, 1, -1, 127, -128, '"', '\\', ',', '\n', '{', '}', '[', ']', '0', '9', '-', '.', 'e'};
  for (size_t changes = 1 + below(6); changes; --changes) {
    size_t at = below(input.size() + 1), length = std::min(below(1 + below(64)), input.size() - at);
    switch (below(9)) {
      case 0: if (at < input.size()) input[at] ^= static_cast<char>(1 << below(8)); break;
      case 1: if (at < input.size()) input[at] = edges[below(sizeof edges)]; break;
      case 2: input.insert(at, 1, edges[below(sizeof edges)]); break;
      case 3: input.erase(at, length); break;
      case 4: input.insert(at, input.substr(at, length)); break;
      case 5: if (!tokens.empty()) input.insert(at, tokens[below(tokens.size())]); break;
      case 6: if (!tokens.empty()) input.replace(at, length, tokens[below(tokens.size())]); break;
      case 7: {
        const std::string& other = corpus[below(corpus.size())];
        input.replace(at, below(2) ? std::string::npos : length, other.substr(below(other.size() + 1), below(400)));
        break;
      }
      default: if (at < input.size()) input[at] = static_cast<char>(drawn());
    }
  }
  if (input.size() > MOST_BYTES) input.resize(MOST_BYTES);
  return input;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fprintf(stderr, "%s cannot be read\n", path.c_str()), exit(2);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> contents(const std::string& folder) {
  std::vector<std::string> names, all;
  if (DIR* opened = opendir(folder.c_str())) {
    while (dirent* entry = readdir(opened)) {
      if (entry->d_name[0] != '.') names.push_back(folder + "/" + entry->d_name);
    }
    closedir(opened);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) all.push_back(content(name));
  return all;
}

// libFuzzer's dictionaries: a quoted token a line.
std::vector<std::string> tokens_of(const std::string& path) {
  std::vector<std::string> tokens;
  std::string text = content(path), token;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    if (text[at] == '"') {
      token.clear();
      for (size_t i = at + 1; i + 1 < end; ++i) {
        if (text[i] == '\\' && text[i + 1] == 'x') token += static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16)), i += 3;
        else token += text[i] == '\\' ? text[++i] : text[i];
      }
      tokens.push_back(token);
    }
    at = end + 1;
  }
  return tokens;
}

}  // namespace

extern "C" void __sanitizer_cov_trace_pc() {
  auto here = reinterpret_cast<uintptr_t>(__builtin_return_address(0)) * 0x9E3779B97F4A7C15ull >> 40;
  uint8_t& count = counts[(here ^ before) % MAP];
  count = static_cast<uint8_t>(count + (count < 255));
  before = here >> 1;
}

int main(int argc, char** argv) {
  if (argc < 5) {
    for (int i = 1; i < argc; ++i) run(content(argv[i]));
    return 0;
  }
  double seconds = atof(argv[1]);
  drawn.seed(strtoull(argv[2], nullptr, 10));
  found = argv[3];
  std::vector<std::string> corpus = contents(argv[4]), tokens;
  if (argc > 5) tokens = tokens_of(argv[5]);
  if (corpus.empty()) corpus.push_back("");
  __sanitizer_set_death_callback(save);
  signal(SIGALRM, hang);
  std::vector<uint8_t> seen(MAP);
  size_t runs = 0, given = corpus.size();
  for (; runs < given; ++runs) run(corpus[runs]), is_new(seen);
  while (static_cast<double>(clock()) / CLOCKS_PER_SEC < seconds) {
    // What was found last is the least known.
    size_t at = below(2) ? below(corpus.size()) : corpus.size() - 1 - below(std::min<size_t>(corpus.size(), 64));
    std::string input = changed(corpus[at], corpus, tokens);
    run(input), ++runs;
    if (is_new(seen)) corpus.push_back(std::move(input));
  }
  alarm(0);
  auto places = std::count_if(seen.begin(), seen.end(), [](uint8_t bits) { return bits; });
  printf("%zu inputs, %zu of them kept, %td steps between places\n", runs, corpus.size() - given, places);
  return 0;
}
