/* SPDX-License-Identifier: Apache-2.0 */
#include "tidewaiter/version.h"

const char *tw_version(void)
{
    return TW_VERSION;
}
