import type { ProjectDeclared, Values } from "../../fields";
import { declaredOf, diffFields, projectFields } from "../../fields";
import { isNeonError, NeonError } from "../../api/errors";
import type { CreatedProject } from "../../api/neonApi";
import { refuse } from "../checkResource";
import type { Created, LifecycleContext } from "../context";
import { type Mark, markIn, placeKey } from "../mark";
import { PartialFailure, withProvider } from "../partialFailure";
import { adoptNamed } from "./adopt";
import { applyProject } from "./apply";
import { findEarlier, findUnanswered, type OwnProject, unansweredWatchMs } from "./findOwn";
import { outputsOfCreated, outputsOfProject } from "./outputs";
import { replaceSentence } from "./replacement";
import { createRequest, observedProject } from "./requests";
import { settleProject } from "./settle";

/**
 * One POST, after a look for what an earlier create of the same resource made. An unanswered POST is never repeated: what it may have
 * made is looked for, and otherwise left to the next run, which looks first.
 */
export async function createProject(context: LifecycleContext, inputs: Values): Promise<Created> {
  const mark = markIn(inputs);
  if (!mark) throw new NeonError("NEON_INVALID_INPUT", "a project needs its ownership mark: fleet, stack and resource");
  if (context.run.isKnown(placeKey(mark))) throw new NeonError("NEON_REPLACE_REFUSED", replaceSentence);
  const declared = declaredOf(projectFields, inputs) as ProjectDeclared;
  if (declared.adopt) return adoptNamed(context, inputs, mark, declared.adopt);
  const own = await findEarlier(context, declared.name, mark);
  if (own) return adopt(context, own, inputs);
  const orgId = declared.orgId ?? context.api.orgId;
  let created: CreatedProject;
  try {
    created = await context.api.createProject(createRequest(declared, mark, orgId));
  } catch (error) {
    if (!isNeonError(error) || !error.unanswered) throw error;
    const made = await findUnanswered(context, declared.name, mark, context.clock.now() + unansweredWatchMs);
    if (made) return adopt(context, made, inputs);
    throw unanswered(declared.name, error);
  }
  return finishCreate(context, created, inputs, mark);
}

function unanswered(name: string, cause: NeonError): NeonError {
  return new NeonError("NEON_UNANSWERED", `Neon did not answer the creation of ${name}, and no such project appeared`, {
    hint: "Run the same command again: it looks for the project before it makes one.",
    requestId: cause.requestId,
    operation: "createProject",
    unanswered: true,
    cause,
  });
}

/** The POST carries everything except Neon's protection of the branch, which is a PATCH of its own. */
async function finishCreate(
  context: LifecycleContext,
  created: CreatedProject,
  inputs: Values,
  mark: Mark,
): Promise<Created> {
  const id = created.project.id;
  const wanted = declaredOf(projectFields, inputs);
  const { protectedBranch, ...sent } = wanted;
  const outputs: Values = { ...outputsOfCreated(created), declared: sent, mark };
  try {
    await context.api.waitForOperations(created.operations);
  } catch (error) {
    throw new PartialFailure(id, withProvider({ ...outputs, unfinished: true }, inputs), error);
  }
  const dirty = protectedBranch === true ? ["protectedBranch"] : [];
  return {
    id,
    outputs: await applyProject(context, {
      projectId: id,
      outputs,
      wanted,
      target: wanted,
      dirty,
      news: inputs,
      branchKnown: true,
    }),
  };
}

/**
 * Takes over what an earlier create made. This run must not delete it: the same run may hold an older entry of the state for it, whose
 * delete would follow.
 */
async function adopt(context: LifecycleContext, own: OwnProject, inputs: Values): Promise<Created> {
  const { projectId } = own;
  context.run.refuseDelete(projectId, "a create of this run took it over");
  const project = await context.api.getProject(projectId);
  const wanted = declaredOf(projectFields, inputs);
  refuse(
    diffFields(projectFields, observedProject(project), {}, wanted).filter((change) =>
      ["regionId", "pgVersion", "orgId"].includes(change.path),
    ),
  );
  const outputs: Values = { ...outputsOfProject(project), adopted: true, declared: {}, mark: inputs.mark };
  let settled;
  try {
    settled = await settleProject(context, projectId, outputs, wanted);
  } catch (error) {
    throw new PartialFailure(projectId, withProvider({ ...outputs, unfinished: true }, inputs), error);
  }
  return {
    id: projectId,
    outputs: await applyProject(context, { projectId, wanted, target: wanted, news: inputs, ...settled }),
  };
}
