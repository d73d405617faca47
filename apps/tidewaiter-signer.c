/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/main.h"
#include "tidewaiter/version.h"

int main(int argc, char **argv)
{
    return tw_signer_main(argc, argv, tw_version());
}
