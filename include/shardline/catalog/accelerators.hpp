// SPDX-License-Identifier: BSL-1.0
/// Accelerators by name: the index of the files in chips/, one for each.
#pragma once

#include <array>
#include <string_view>

#include "shardline/catalog/names.hpp"
#include "shardline/chips/a100_sxm.hpp"
#include "shardline/chips/a100_sxm_40.hpp"
#include "shardline/chips/a10g.hpp"
#include "shardline/chips/a40.hpp"
#include "shardline/chips/b200_sxm.hpp"
#include "shardline/chips/b300_sxm.hpp"
#include "shardline/chips/gaudi3.hpp"
#include "shardline/chips/gb10.hpp"
#include "shardline/chips/gb200.hpp"
#include "shardline/chips/gb300.hpp"
#include "shardline/chips/gh200.hpp"
#include "shardline/chips/h100_nvl.hpp"
#include "shardline/chips/h100_pcie.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/chips/h20.hpp"
#include "shardline/chips/h200_nvl.hpp"
#include "shardline/chips/h200_sxm.hpp"
#include "shardline/chips/h800.hpp"
#include "shardline/chips/l4.hpp"
#include "shardline/chips/l40s.hpp"
#include "shardline/chips/mi300x.hpp"
#include "shardline/chips/mi325x.hpp"
#include "shardline/chips/mi350x.hpp"
#include "shardline/chips/mi355x.hpp"
#include "shardline/chips/plan_400.hpp"
#include "shardline/chips/rtx_3090.hpp"
#include "shardline/chips/rtx_4090.hpp"
#include "shardline/chips/rtx_5090.hpp"
#include "shardline/chips/rtx_pro_6000.hpp"
#include "shardline/chips/tpu_v5e.hpp"
#include "shardline/chips/tpu_v5p.hpp"
#include "shardline/chips/tpu_v6e.hpp"
#include "shardline/chips/tpu_v7.hpp"
#include "shardline/chips/trainium2.hpp"
#include "shardline/chips/trainium3.hpp"

namespace shardline::catalog {

/// Every accelerator, by maker and age; `.name` lists the names.
inline constexpr std::array accelerators{
    a100_sxm_40, a100_sxm, h100_sxm, h100_pcie, h100_nvl,     h200_sxm,  h200_nvl, h800,    h20,
    gh200,       b200_sxm, b300_sxm, gb200,     gb300,        gb10,      l40s,     l4,      a10g,
    a40,         rtx_3090, rtx_4090, rtx_5090,  rtx_pro_6000, mi300x,    mi325x,   mi350x,  mi355x,
    tpu_v5e,     tpu_v5p,  tpu_v6e,  tpu_v7,    trainium2,    trainium3, gaudi3,   plan_400};

/// The accelerator of that name, in upper or lower case; null if there is none.
///   find_accelerator("H100-SXM")->memory_rate == 3350_GBps   (tests/catalog/accelerators.cpp)
[[nodiscard]] constexpr const accelerator* find_accelerator(std::string_view name) noexcept {
  for (const accelerator& a : accelerators) {
    if (detail::same_name(a.name.view(), name)) return &a;
  }
  return nullptr;
}

}  // namespace shardline::catalog
