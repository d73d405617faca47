/* SPDX-License-Identifier: Apache-2.0 */
#include "tidewaiter/version.h"
#include "witness/main.h"

int main(int argc, char **argv)
{
    return tw_witness_main(argc, argv, tw_version());
}
