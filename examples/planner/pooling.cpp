// SPDX-License-Identifier: BSL-1.0
#include "pooling.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "output.hpp"
#include "pricing.hpp"
#include "progress.hpp"
#include "promises.hpp"
#include "report.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/text.hpp"
#include "shardline/plan/pools.hpp"
#include "shardline/plan/recommend.hpp"
#include "tables.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::integer;
using shardline::sized_pools;

// The same GPUs, each of which reads and decodes: replicas of a layout.
struct aggregated {
  shardline::layout layout{};
  integer replicas = 1;
  shardline::basic_serving<> serving{};

  [[nodiscard]] integer gpus() const { return replicas * layout.gpus(); }
  [[nodiscard]] double tokens_per_s() const {
    return serving.output_tokens_per_s.value() * static_cast<double>(replicas);
  }
};

struct pools_found {
  std::vector<sized_pools> pools{};
  std::array<shardline::pool_looks, 2> looks{};  // to read, to decode
  std::optional<aggregated> together{};
};

template <class Cluster>
std::optional<aggregated> best_together(const options& o, const Cluster& cluster) {
  const as_engines_do deploy = deployed_as(o);
  if (o.workload.rate.value() > 0.0) {
    const auto r = recommend(cluster, o.model, o.workload, progress("GPUs without pools"),
                             shardline::as_estimated{}, deploy)
                       .found;
    if (!r) return std::nullopt;
    return aggregated{r->layout, r->replicas, r->estimate.serving};
  }
  using setting =
      shardline::basic_setting<double, std::decay_t<decltype(cluster.accelerator.efficiency)>>;
  const setting only{&cluster, &o.model, {&o.workload, 1}};
  const shardline::search_terms<shardline::most_tokens_per_gpu, shardline::as_estimated,
                                as_engines_do>
      terms{{}, {}, deploy};
  const std::span<const setting> settings(&only, 1);
  const auto found =
      shardline::search_space(settings, std::span<const integer>(&cluster.gpus, 1), terms,
                              shardline::best_points(1), {}, progress("layouts without pools"));
  if (found.best.empty()) return std::nullopt;
  const auto best = candidate_of(settings, terms, found.best[0]);
  return aggregated{best.layout, 1, best.estimate.serving};
}

template <class Cluster>
pools_found answer_of_pools(const options& o, const Cluster& prefill, const Cluster& decode) {
  for (const Cluster* c : {&prefill, &decode}) {
    refuse_invalid(validate(*c, o.model, shardline::layout{}, o.workload).found);
  }
  const as_engines_do deploy = deployed_as(o);
  pools_found found;
  found.pools = size_pools(
      prefill, decode, o.model, o.workload, o.cluster.gpus,
      [&o](const shardline::model& m, const shardline::layout& p, const shardline::layout& d) {
        return cache_connects(o.stages(), m, p, d);
      },
      o.top, progress(fmt::format("pools of up to {} GPUs", o.cluster.gpus)), &found.looks, deploy);
  found.together = best_together(o, prefill);
  return found;
}

std::string pool_text(const options& o, integer instances, const shardline::layout& l) {
  return fmt::format("{} x {}", instances, short_text(o.model, l));
}

// What was looked at for each pool, and the nearest where none will do.
std::string looks_text(const options& o, const pools_found& found) {
  std::string text;
  for (std::size_t i = 0; i < found.looks.size(); ++i) {
    shardline::pool_looks looks = found.looks[i];
    text += fmt::format("\n{}: {}", i == 0 ? "to read prompts" : "to decode",
                        counts_text(looks.counts));
    if (looks.counts.feasible > 0) continue;
    text += "the nearest\n";
    for (const shardline::near_miss& n : looks.nearest.take()) {
      text += fmt::format("  {}, {}\n    {}\n", shardline::counted(n.gpus(), "GPU"),
                          short_text(o.model, n.layout), shardline::to_text(n.distance.binding));
    }
  }
  const bool either = found.looks[0].counts.feasible > 0 && found.looks[1].counts.feasible > 0;
  if (either) {
    text += fmt::format(
        "\nno two of them serve together on {} GPUs: too few for the rate or the "
        "times, or none whose cache the other takes\n",
        o.cluster.gpus);
  }
  return text;
}

std::string pools_text(const options& o, const pools_found& found) {
  shardline::text_table table("rllrrrrrrr");
  table.add({"rank", "prefill", "decode", "GPUs", "out tok/s", "per GPU", "TTFT", "TPOT",
             "transfer", "requests/s each"});
  const auto rate = [](const auto& r) { return shardline::short_number(r.value()); };
  std::size_t rank = 0;
  for (const sized_pools& p : found.pools) {
    const auto& s = p.figures.serving;
    table.add({fmt::format("{}", ++rank), pool_text(o, p.prefill_instances, p.prefill),
               pool_text(o, p.decode_instances, p.decode),
               fmt::format("{}:{}", p.prefill_gpus(), p.decode_gpus()), rate(s.output_tokens_per_s),
               rate(s.output_tokens_per_s_per_gpu), to_text(s.ttft), shardline::tpot_text(s.tpot),
               to_text(p.figures.transfer),
               rate(p.figures.prefill_rate) + " " + rate(p.figures.decode_rate)});
  }
  if (found.together) {
    const aggregated& a = *found.together;
    table.add({"-", "together: " + pool_text(o, a.replicas, a.layout), "",
               fmt::format("{}", a.gpus()), shardline::short_number(a.tokens_per_s()),
               rate(a.serving.output_tokens_per_s_per_gpu), to_text(a.serving.ttft),
               tpot_text(a.serving.tpot), "", ""});
  }
  return table.text();
}

void put_pool(shardline::json_tree& out, const char* name, const options& o, integer instances,
              const shardline::layout& l) {
  out.object(name, [&] {
    out.member("instances", instances);
    out.member("gpus", instances * l.gpus());
    out.member("layout", l);
    put_flags(out, o, l);
  });
}

void put_found(shardline::json_tree& out, const options& o, const sized_pools& p) {
  out.object([&] {
    put_pool(out, "prefill", o, p.prefill_instances, p.prefill);
    put_pool(out, "decode", o, p.decode_instances, p.decode);
    out.member("prefill_requests_per_s", p.figures.prefill_rate.value());
    out.member("decode_requests_per_s", p.figures.decode_rate.value());
    out.member("transfer_s", p.figures.transfer.value());
    out.member("serving", p.figures.serving);
    out.member("bands", p.figures.bands);
  });
}

// "looked_at": {"prefill", "decode"}: counts, and the nearest of either.
void put_looks(shardline::json_tree& out, const options& o, const pools_found& found) {
  out.object("looked_at", [&] {
    for (std::size_t i = 0; i < found.looks.size(); ++i) {
      shardline::pool_looks looks = found.looks[i];
      out.object(i == 0 ? "prefill" : "decode", [&] {
        put_members(out, looks.counts);
        out.array("nearest", [&] {
          for (const shardline::near_miss& n : looks.nearest.take()) {
            out.object([&] {
              out.member("layout", n.layout);
              put_flags(out, o, n.layout);
              out.member("binding", n.distance.binding);
              out.member("factor", n.distance.factor);
            });
          }
        });
      });
    }
  });
}

void put_all(const options& o, const pools_found& found) {
  shardline::json_tree out;
  out.object([&] {
    out.member("accelerator", o.cluster.accelerator.name.view());
    out.member("decode_accelerator", o.decode_cluster->accelerator.name.view());
    out.array("pools", [&] {
      for (const sized_pools& p : found.pools) put_found(out, o, p);
    });
    if (found.pools.empty()) put_looks(out, o, found);
    if (found.together) {
      out.object("together", [&] {
        put_pool(out, "replicas", o, found.together->replicas, found.together->layout);
        out.member("serving", found.together->serving);
      });
    } else {
      out.member("together", nullptr);
    }
    put_engine(out, o);
  });
  print_result(o, out.take());
}

}  // namespace

bool run_size_pools(const options& o) {
  return visit_cluster(o, [&](const auto& prefill) {
    return visit_under(*o.decode_cluster, o.efficiency, [&](const auto& decode) {
      using cluster = std::decay_t<decltype(prefill)>;
      if constexpr (std::is_same_v<std::decay_t<decltype(decode)>, cluster>) {
        const pools_found found = answer_of_pools(o, prefill, decode);
        if (o.json) {
          put_all(o, found);
        } else {
          print_inputs(o);
          print("{}", found.pools.empty() ? "no feasible pools\n" + looks_text(o, found)
                                          : pools_text(o, found));
        }
        return !found.pools.empty();
      } else {
        return false;  // one policy is of one type
      }
    });
  });
}

}  // namespace planner
