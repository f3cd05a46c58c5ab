// SPDX-License-Identifier: BSL-1.0
// Collectives inside a scale-up domain: operators/<chip>/ nccl.csv, of the newest version, and
// custom_allreduce.csv, in CUDA graphs. Sizes are in elements of the named type. One curve of the
// library for each chip, and one with the all-reduce of each engine's own.
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "constants.hpp"
#include "families.hpp"
#include "operators.hpp"
#include "shardline/fabric/collectives.hpp"
#include "study.hpp"

namespace accuracy {

namespace {

using shardline::collective_kind;
using shardline::integer;
using shardline::seconds;
using curve = shardline::collective_curve<>;

struct exchange {
  std::shared_ptr<const kernels> of{};
  std::shared_ptr<shardline::fitted_cluster<double>> trial{};  // for curves to be tried in
  shardline::collective<double> op{};
};

double predicted(const curve& c, const exchange& e) {
  e.trial->accelerator.efficiency.collectives = c;
  return time_of(*e.trial, e.op).value();
}

// The wire alone: no latency, which `constant` adds by itself.
double wire(const exchange& e) {
  auto c = shardline::make_cluster(e.of->bare, e.op.group.size);
  c.scale_up.latency = {};
  return time_of(c, e.op).value();
}

template <class Member>
constant<curve> free(const std::string& name, Member at, double start, double lowest,
                     double highest) {
  return shared<curve>(name, at, indices{0}, start, lowest, highest);
}

// The library's: around the ring, in pairs, inside the switch.
std::vector<constant<curve>> of_library() {
  using c = curve;
  return {free("launch", &c::launch, 6.0, 0.5, 60.0),
          free("start_bulk", &c::start_bulk, 8.0, 0.0, 80.0),
          free("fill", &c::fill, 6.0, 0.0, 80.0),
          free("hop", &c::hop, 1.0, 0.0, 10.0),
          free("hop_line", &c::hop_line, 1.0, 0.0, 10.0),
          free("hop_bulk", &c::hop_bulk, 1.0, 0.0, 10.0),
          free("start_line", &c::start_line, 0.5, 0.0, 20.0),
          free("flag_share", &c::flag_share, 0.05, 0.002, 0.8),
          free("line_share", &c::line_share, 0.4, 0.01, 1.0),
          free("bulk_share", &c::bulk_share, 0.8, 0.02, 1.0),
          free("copy_share", &c::copy_share, 0.5, 0.1, 1.0),
          free("own_scatter", &c::own_scatter, 0.8, 0.0, 3.0),
          free("own_flag", &c::own_flag, 1.0, 0.0, 4.0),
          free("peer", &c::peer, 0.4, 0.0, 5.0),
          free("pair", &c::pair, 2.0, 0.0, 20.0),
          free("peer_share", &c::peer_share, 0.015, 0.001, 0.5),
          free("own_exchange", &c::own_exchange, 0.8, 0.0, 3.0),
          free("incast", &c::incast, 0.1, 0.0, 2.0)};
}
void add_switch(std::vector<constant<curve>>& all) {
  all.push_back(free("switch_start", &curve::switch_start, 30.0, 0.0, 200.0));
  all.push_back(free("switch_fill", &curve::switch_fill, 5.0, 0.0, 80.0));
  all.push_back(free("switch_share", &curve::switch_share, 0.7, 0.2, 1.0));
}

// The engine's own. Launch and barriers come one after the other, and only their sum shows.
std::vector<constant<curve>> of_engine() {
  using c = curve;
  return {free("engine_launch", &c::engine_launch, 3.0, 0.0, 30.0),
          free("engine_rank", &c::engine_rank, 0.2, 0.0, 5.0),
          free("engine_second", &c::engine_second, 5.0, 0.0, 60.0),
          free("one_shot_share", &c::one_shot_share, 0.6, 0.02, 1.0),
          free("two_shot_share", &c::two_shot_share, 0.7, 0.02, 1.0)};
}

study<curve, exchange> library_study(const std::string& name, const curve& shipped) {
  study<curve, exchange> s{{name}, {shipped}, of_library(), {}, &predicted};
  if (shipped.switch_share > 0.0) add_switch(s.constants);
  return s;
}
// Up to which message an engine takes its own kernel: the sizes of its sources.
study<curve, exchange> engine_study(const std::string& name, const curve& shipped) {
  study<curve, exchange> s{{name}, {shipped}, of_engine(), {}, &predicted};
  s.forms.clear();
  for (const double mebibytes : {1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 1024.0}) {
    s.forms.push_back([mebibytes](curve& c) {
      c.engine_most = shardline::bytes<>::from_value(mebibytes * 1048576.0);
      c.engine_barrier = {};
    });
  }
  return s;
}

collective_kind kind_of(const std::string& name) {
  if (name == "all_reduce") return collective_kind::all_reduce;
  if (name == "all_gather") return collective_kind::all_gather;
  if (name == "reduce_scatter") return collective_kind::reduce_scatter;
  if (name == "alltoall") return collective_kind::all_to_all;
  throw std::invalid_argument("op_name: " + name +
                              "; allowed: all_reduce, all_gather, reduce_scatter, alltoall");
}

// Rows of both tables.
class collector {
 public:
  studies<curve, exchange> all{};

  void add(const std::shared_ptr<const kernels>& of, const std::string& source,
           const std::string& kind, double ranks, double message, double seconds_measured) {
    constexpr double small_message = 65536.0;
    const auto cluster = shardline::make_cluster(of->fitted, static_cast<integer>(ranks));
    const exchange e{
        of,
        std::make_shared<shardline::fitted_cluster<double>>(cluster),
        {kind_of(kind), {static_cast<integer>(ranks), 1}, shardline::bytes<>::from_value(message)}};
    study<curve, exchange>& s = study_of(*of);
    observation seen;
    seen.measured = seconds_measured;
    seen.fitted = predicted(of->fitted.efficiency.collectives, e);
    seen.memory = wire(e);
    const std::string size = message > small_message ? "above 64 KiB" : "up to 64 KiB";
    s.samples.push_back({0, e, of->gpu(), kind + " of " + std::to_string(static_cast<int>(ranks)),
                         "collectives " + size,
                         source + ", " + (of->engine == "nccl" ? of->gpu() : of->name()), seen});
  }

 private:
  study<curve, exchange>& study_of(const kernels& of) {
    const auto [place, is_new] = places_.insert({of.name(), all.size()});
    if (is_new) {
      const curve& shipped = of.fitted.efficiency.collectives;
      all.push_back(of.engine == "nccl" ? library_study(of.name(), shipped)
                                        : engine_study(of.name(), shipped));
    }
    return all[place->second];
  }

  std::map<std::string, std::size_t> places_{};
};

studies<curve, exchange> collective_studies(const std::string& folder) {
  collector all;
  const auto add_library = [&](const auto& k, const auto& row, bool) {
    const std::string& version = row.word(1);
    if (version != "2.29.2" && version != "2.27.3") return;
    const double each = row.word(3) == "int8" ? 1.0 : 2.0;
    all.add(k, "NCCL", row.word(2), row.number(4), row.number(5) * each, row.number(6) * 1e-3);
  };
  for_each_row<7>(
      folder, "nccl",
      {"engine", "version", "op_name", "nccl_dtype", "num_gpus", "message_size", "latency"},
      add_library);
  const auto add_engine = [&](const auto& k, const auto& row, bool current) {
    const bool eager = row.word(2).find("eager") != std::string::npos;
    if (!current || eager) return;  // launched one by one: the host's time
    all.add(k, "engines' all-reduce", "all_reduce", row.number(3), row.number(4) * 2.0,
            row.number(5) * 1e-3);
  };
  for_each_row<6>(folder, "custom_allreduce",
                  {"engine", "version", "kernel_source", "num_gpus", "message_size", "latency"},
                  add_engine);
  return all.all;
}

}  // namespace

scores collective_scores(const std::string& folder) {
  scores found;
  add_scores(collective_studies(folder), found);
  return found;
}

void add_collective_curves(const std::string& folder, chip_curves& found) {
  using c = curve;
  const std::vector<member<c>> members{{"launch", &c::launch},
                                       {"hop", &c::hop},
                                       {"hop_line", &c::hop_line},
                                       {"hop_bulk", &c::hop_bulk},
                                       {"start_line", &c::start_line},
                                       {"start_bulk", &c::start_bulk},
                                       {"fill", &c::fill},
                                       {"peer", &c::peer},
                                       {"pair", &c::pair},
                                       {"flag_share", &c::flag_share},
                                       {"line_share", &c::line_share},
                                       {"bulk_share", &c::bulk_share},
                                       {"peer_share", &c::peer_share},
                                       {"copy_share", &c::copy_share},
                                       {"own_scatter", &c::own_scatter},
                                       {"own_exchange", &c::own_exchange},
                                       {"own_flag", &c::own_flag},
                                       {"incast", &c::incast},
                                       {"switch_start", &c::switch_start},
                                       {"switch_fill", &c::switch_fill},
                                       {"switch_share", &c::switch_share},
                                       {"engine_most", &c::engine_most},
                                       {"engine_launch", &c::engine_launch},
                                       {"engine_rank", &c::engine_rank},
                                       {"engine_barrier", &c::engine_barrier},
                                       {"engine_second", &c::engine_second},
                                       {"one_shot_share", &c::one_shot_share},
                                       {"two_shot_share", &c::two_shot_share},
                                       {"network_share", &c::network_share},
                                       {"exchange_share", &c::exchange_share},
                                       {"pair_share", &c::pair_share},
                                       {"tree_share", &c::tree_share},
                                       {"network_hop", &c::network_hop},
                                       {"network_peer", &c::network_peer},
                                       {"network_phase", &c::network_phase}};
  add_curves("collective_curve<>", members, "collectives", collective_studies(folder), found);
}

}  // namespace accuracy
