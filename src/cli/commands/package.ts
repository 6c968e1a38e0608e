import type { Command } from 'commander';
import type { Attach } from '../session.ts';
import { addPackageExport } from './package-export.ts';
import { addPackageImport, addPackagePlan } from './package-import.ts';
import { addPackageInit } from './package-init.ts';
import { addPackageKeygen } from './package-keygen.ts';
import { addPackageList } from './package-list.ts';
import { addPackagePack } from './package-pack.ts';
import { addPackageRemove } from './package-remove.ts';
import { addPackageShow } from './package-show.ts';
import { addPackageSign } from './package-sign.ts';
import { addPackageUnpack } from './package-unpack.ts';
import { addPackageVerify } from './package-verify.ts';

export function addPackage(program: Command, attach: Attach): void {
  const about =
    'Import, export and remove packages of automations, webhooks and hooks; make and sign them.';
  const command = program.command('package').description(about);
  addPackageImport(command, attach);
  addPackagePlan(command, attach);
  addPackageList(command, attach);
  addPackageShow(command, attach);
  addPackageExport(command, attach);
  addPackageRemove(command, attach);
  addPackageInit(command, attach);
  addPackagePack(command, attach);
  addPackageUnpack(command, attach);
  addPackageKeygen(command, attach);
  addPackageSign(command, attach);
  addPackageVerify(command, attach);
}
