// One line of a capture file as domain/capture/records.py reads it: the fields in use, and nothing else of it.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "json.hpp"

namespace driftline {

enum class Encoding : uint8_t { CSV, JSON, BASE64, OTHER };

// endpointInput or endpointOutput.
struct Side {
  bool there = false;
  Encoding encoding = Encoding::OTHER;
  json::Text data, type;  // observedContentType
};

struct Line {
  Side input, output;
  json::Text time, event, inference;
  bool named = false;   // has an inferenceId, which may be empty
  bool shadow = false;  // of a shadow variant
};

class LineReader {
 public:
  LineReader(char* from, char* end) : reader_(from, end) {}

  bool blank() { return !reader_.more(); }

  // False: not a capture record, or one that is not written as usual.
  bool read(Line& line) {
    Side batch;
    bool captured = false, event = false;
    bool ok = reader_.is('{') && reader_.members([&](std::string_view key) {
      if (key == "captureData") return once(captured) && sides(line, batch);
      if (key == "eventMetadata") return once(event) && metadata(line);
      return reader_.skip();
    });
    if (!ok || !captured || !event || !line.time.at || reader_.more()) return false;
    if (!line.output.there) line.output = batch;
    return true;
  }

 private:
  // Of keys that occur twice, readers may take either.
  static bool once(bool& seen) { return !std::exchange(seen, true); }

  static Encoding encoding_of(std::string_view name) {
    if (name == "CSV") return Encoding::CSV;
    if (name == "JSON") return Encoding::JSON;
    return name == "BASE64" ? Encoding::BASE64 : Encoding::OTHER;
  }

  bool null() { return reader_.peek() == 'n' && reader_.word("null"); }

  bool sides(Line& line, Side& batch) {
    bool input = false, output = false, of_batch = false;
    return reader_.is('{') && reader_.members([&](std::string_view key) {
      if (key == "endpointInput") return once(input) && (null() || side(line.input));
      if (key == "endpointOutput") return once(output) && (null() || side(line.output));
      if (key == "batchTransformOutput") return once(of_batch) && (null() || side(batch));
      return reader_.skip();
    });
  }

  bool side(Side& side) {
    bool data = false, encoding = false, type = false;
    bool ok = reader_.is('{') && reader_.members([&](std::string_view key) {
      if (key == "data") return once(data) && reader_.string(side.data);
      json::Text text;
      if (key == "encoding") {
        if (!once(encoding) || !reader_.string(text)) return false;
        side.encoding = encoding_of(text.view());
        return true;
      }
      if (key == "observedContentType") return once(type) && (null() || reader_.string(side.type));
      return reader_.skip();
    });
    side.there = true;
    return ok && data && encoding;
  }

  bool metadata(Line& line) {
    bool event = false, inference = false, source = false, time = false;
    return reader_.is('{') && reader_.members([&](std::string_view key) {
      if (key == "inferenceTime") return once(time) && reader_.string(line.time);
      if (key == "eventId") return once(event) && reader_.string(line.event);
      if (key == "inferenceId") return once(inference) && (null() || (line.named = reader_.string(line.inference)));
      if (key == "invocationSource") {
        json::Text text;
        if (!once(source)) return false;
        if (null()) return true;
        bool ok = reader_.string(text);
        line.shadow = text.view() == "ShadowExperiment";
        return ok;
      }
      return reader_.skip();
    });
  }

  json::Reader reader_;
};

}  // namespace driftline
