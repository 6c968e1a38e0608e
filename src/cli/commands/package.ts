import type { Command } from 'commander';
import type { Attach } from '../session.ts';
import { addPackageInit } from './package-init.ts';
import { addPackageKeygen } from './package-keygen.ts';
import { addPackagePack } from './package-pack.ts';
import { addPackageSign } from './package-sign.ts';
import { addPackageUnpack } from './package-unpack.ts';
import { addPackageVerify } from './package-verify.ts';

export function addPackage(program: Command, attach: Attach): void {
  const about =
    'Make packages of automations, webhooks and hooks, put them into one file, and sign them.';
  const command = program.command('package').description(about);
  addPackageInit(command, attach);
  addPackagePack(command, attach);
  addPackageUnpack(command, attach);
  addPackageKeygen(command, attach);
  addPackageSign(command, attach);
  addPackageVerify(command, attach);
}
