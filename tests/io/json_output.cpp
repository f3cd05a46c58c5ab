// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/json/output.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/json.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;
using nlohmann::ordered_json;

template <class... Value>
std::string text_of_json(const Value&... values) {
  json_text out;
  put_json(out, values...);
  return out.text();
}

template <class Value>
std::string text_of_value(const Value& v) {
  json_text out;
  out.put(v);
  return out.text();
}

}  // namespace

TEST_CASE("text and tree say the same, in the same order, to the last bit") {
  const model& m = catalog::deepseek_v3;
  const layout l = to_layout(vllm{.tp = 8, .dp = 2, .pp = 2, .expert_parallel = true});
  const auto c =
      with_engine(make_cluster(with_fitted(catalog::h200_sxm, engines::vllm), 32), engines::vllm);
  workload w{.concurrency = 300, .input = 2048_tokens, .output = 512_tokens};
  for (const double rate : {0.0, 3.0, 1e6}) {
    w.rate = request_rate<>::from_value(rate);
    const auto e = estimate(c, m, l, w);
    const std::string text = text_of_json(m, l, e);
    CHECK(ordered_json::parse(text) == to_json(m, l, e));
  }
  json_text stages;
  stages.object([&] { put_stages(stages, prepare_memory(c, m, l), w, true); });
  CHECK(ordered_json::parse(stages.text())["stages"] == stages_to_json(c, m, l, w));
  CHECK(ordered_json::parse(text_of_json(engines::vllm.runtime)) == to_json(engines::vllm.runtime));
}

TEST_CASE("numbers read back as the same bits, and those that are none are null") {
  for (const double x : {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, 1e22, 123456789.0}) {
    CHECK(ordered_json::parse(text_of_value(x)).get<double>() == x);
    CHECK(ordered_json::parse(text_of_value(x)).is_number_float());
  }
  CHECK(text_of_value(2.0) == "2.0");
  CHECK(text_of_value(-3) == "-3");
  CHECK(text_of_value(std::nan("")) == "null");
  CHECK(text_of_value(std::numeric_limits<double>::infinity()) == "null");
  CHECK(text_of_value(true) == "true");
  CHECK(text_of_value(nullptr) == "null");
}

TEST_CASE("strings are escaped, and read back as they were") {
  const std::string odd = "a\"b\\c\n\t\x01\x1f/\xc3\xa9";
  CHECK(ordered_json::parse(text_of_value(odd)) == odd);
  CHECK(text_of_value("\"\\\n") == "\"\\\"\\\\\\u000a\"");
}

TEST_CASE("commas stand between values and nowhere else") {
  json_text out;
  out.object([&] {
    out.array("none", [] {});
    out.array("some", [&] {
      out.put(1);
      out.object([] {});
      out.put("x");
    });
    out.object("inside", [&] { out.member("a", 1.5); });
    out.member("last", false);
  });
  CHECK(out.text() == R"({"none":[],"some":[1,{},"x"],"inside":{"a":1.5},"last":false})");
  out.clear();
  out.put(7);
  CHECK(out.text() == "7");
}
