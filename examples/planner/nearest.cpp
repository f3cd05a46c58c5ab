// SPDX-License-Identifier: BSL-1.0
#include "nearest.hpp"

#include <fmt/format.h>

#include <string>

#include "shardline/io/text.hpp"

namespace planner {

namespace {

std::string change_text(const shardline::change& c) {
  if (!c.format.empty()) return fmt::format("--{} {}", name(c.what), c.format);
  return fmt::format("--{} {}", name(c.what), shardline::in_full(c.to));
}

std::string deployment_text(const options& o, const shardline::layout& l,
                            shardline::integer replicas) {
  const std::string one = short_text(o.model, l);
  return fmt::format("{}, {}", shardline::counted(replicas * l.gpus(), "GPU"),
                     replicas > 1 ? fmt::format("{} x {}", replicas, one) : one);
}

std::string changes_text(const std::vector<shardline::change>& changes) {
  if (changes.empty()) return "no single change of precision, memory or load mends it";
  std::string text;
  for (const shardline::change& c : changes) text += (text.empty() ? "" : " or ") + change_text(c);
  return "with " + text;
}

}  // namespace

std::string to_text(const shardline::late_percentile& late) {
  const auto time = [](double t) {
    return shardline::to_text(shardline::seconds<>::from_value(t));
  };
  return fmt::format(
      "the {} of 99 in 100 requests is longer than allowed: {} required, {} available",
      late.of_tpot ? "time per output token" : "time to first token", time(late.takes),
      time(late.longest));
}

std::string nearest_text(const options& o, const near_misses_found& found) {
  std::string text;
  for (const late_miss& m : found.late) {
    text +=
        fmt::format("  {}\n    {}\n", deployment_text(o, m.layout, m.replicas), to_text(m.late));
  }
  for (const mended_miss& m : found.misses) {
    if (!found.late.empty()) break;
    text +=
        fmt::format("  {}\n    {}\n    {}\n", deployment_text(o, m.miss.layout, m.miss.replicas),
                    shardline::to_text(m.miss.distance.binding), changes_text(m.changes));
  }
  if (!found.looked_beyond) return text;
  if (!found.larger) {
    const bool nodes = shardline::is_divisor(o.cluster.gpus_per_domain, found.gpus);
    return text + fmt::format("no layout works on up to {} GPUs{}\n",
                              found.gpus * most_times_the_gpus,
                              nodes && o.cluster.gpus_per_domain > 1 ? ", of whole nodes" : "");
  }
  return text + fmt::format("with more GPUs: {}\n",
                            deployment_text(o, found.larger->first, found.larger->second));
}

}  // namespace planner
