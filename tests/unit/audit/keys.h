/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenSSH 9.2 wrote: ssh-keygen -t ed25519, -t ecdsa, and -Y sign -n tidewaiter-test of MESSAGE. The
 * keys are for tests alone. */
#ifndef TW_TEST_AUDIT_KEYS_H
#define TW_TEST_AUDIT_KEYS_H

#define MESSAGE "name: apples\n"
#define PURPOSE "tidewaiter-test"

static const char PLAIN[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
                            "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
                            "QyNTUxOQAAACDahLy/pwR+PWQ8REB63rN0O6oa/wHF/z8fnlczXnVtOAAAAJBGoCmZRqAp\n"
                            "mQAAAAtzc2gtZWQyNTUxOQAAACDahLy/pwR+PWQ8REB63rN0O6oa/wHF/z8fnlczXnVtOA\n"
                            "AAAEBndnrasBJU3/rTIN3xNsLFsVw3FFjjNgMibhfuSM2HD9qEvL+nBH49ZDxEQHres3Q7\n"
                            "qhr/AcX/Px+eVzNedW04AAAAC2tpbUBjdXN0b21zAQI=\n"
                            "-----END OPENSSH PRIVATE KEY-----\n";
static const char PLAIN_PUB[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINqEvL+nBH49ZDxEQHres3Q7qhr/AcX/Px+eVzNedW04 kim@customs\n";
static const char LOCKED[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
                             "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAO5HXOpM\n"
                             "3gfGay5z5GGQQfAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAILSYGnfmKrtMA5zv\n"
                             "zobRxhpT+1j5Bd2yw3vmPU3GJQzAAAAAkNAj3qR/JTjt0MYHsJ1TJRTAKFVshrgEKTmkca\n"
                             "7SzZJ95rZ7rQUtp63QaAAUAxnMrdsN8d8tN7zD/JHHoiXhmd6kinmYrUOPHc/dSu31YFF2\n"
                             "qRZ88lmC90MOrONCkmJBec/MEPrhihzXPBzPJEorAq04wvFpyzsDytGtoDohODbnajRSRq\n"
                             "ylsw3wlGSHY0bHlA==\n"
                             "-----END OPENSSH PRIVATE KEY-----\n";
static const char ECDSA[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
                            "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS\n"
                            "1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQSd7vOX2WWrXFUklhqS6pgsLc51TJCT\n"
                            "XKLchL9+GSZyATGSbz2sJoV/Vu30GkoL9/AgjSPJgonc1fm+9WMp2HfxAAAAoExFfKZMRX\n"
                            "ymAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJ3u85fZZatcVSSW\n"
                            "GpLqmCwtznVMkJNcotyEv34ZJnIBMZJvPawmhX9W7fQaSgv38CCNI8mCidzV+b71YynYd/\n"
                            "EAAAAgC/cszjAv2wEDonP9nqdTYVP2cPeN0TpsknnbQD5B3cIAAAABeAECAwQFBgc=\n"
                            "-----END OPENSSH PRIVATE KEY-----\n";
static const char ECDSA_PUB[] = "ecdsa-sha2-nistp256 "
                                "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJ3u85fZZatcVSSWGpLqmCwt"
                                "znVMkJNcotyEv34ZJnIBMZJvPawmhX9W7fQaSgv38CCNI8mCidzV+b71YynYd/E= x\n";
static const char SIG_SHA512[] = "-----BEGIN SSH SIGNATURE-----\n"
                                 "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg2oS8v6cEfj1kPERAet6zdDuqGv\n"
                                 "8Bxf8/H55XM151bTgAAAAPdGlkZXdhaXRlci10ZXN0AAAAAAAAAAZzaGE1MTIAAABTAAAA\n"
                                 "C3NzaC1lZDI1NTE5AAAAQHh5WqLjQ8QhMJ6SjrMZ98yHMNbJZHOUxLuBX79QWkWoMXbRT/\n"
                                 "Lo+LLSWZ2rxRehrsyfuvDqA4QHBZUFrtEQXgA=\n"
                                 "-----END SSH SIGNATURE-----\n";
static const char SIG_SHA256[] = "-----BEGIN SSH SIGNATURE-----\n"
                                 "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg2oS8v6cEfj1kPERAet6zdDuqGv\n"
                                 "8Bxf8/H55XM151bTgAAAAPdGlkZXdhaXRlci10ZXN0AAAAAAAAAAZzaGEyNTYAAABTAAAA\n"
                                 "C3NzaC1lZDI1NTE5AAAAQAsh8OTU0kdUYc5I2S3buPimC54uy7yoADjL+/OnpzXFLU/FtP\n"
                                 "dekgvUOJuCekHQs/fbMrgbMal2DyYqP3VJywI=\n"
                                 "-----END SSH SIGNATURE-----\n";
static const char SIG_ECDSA[] = "-----BEGIN SSH SIGNATURE-----\n"
                                "U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE\n"
                                "EEne7zl9llq1xVJJYakuqYLC3OdUyQk1yi3IS/fhkmcgExkm89rCaFf1bt9BpKC/fwII0j\n"
                                "yYKJ3NX5vvVjKdh38QAAAA90aWRld2FpdGVyLXRlc3QAAAAAAAAABnNoYTUxMgAAAGQAAA\n"
                                "ATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAEkAAAAgJxSiX8n7i6/tQV//GJT2fXEVnPFw7tCU\n"
                                "1cvkAVPcTxkAAAAhALiTy8VAC4xo5smK6rUDS12fZzkHe2MGuGpn1IDxwTiC\n"
                                "-----END SSH SIGNATURE-----\n";
#define PLAIN_PRINT "SHA256:+n2sHhEfETsRIuhdk87v6pdXcd3QevsrB9ME73AkoOQ"

#endif
